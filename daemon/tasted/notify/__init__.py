"""Who is told of news: the desktop, by notifications, and a program of the user.

Notifications stand on lock screens, so they hold counts alone: no name, no text of a picture, no
file. The program, off by default, is handed the whole result (`hook_program`).
"""
