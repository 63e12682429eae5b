"""What a screenshot says: the text file beside it, else what text recognition finds in its pixels.

companion   the text file → name, age, bio                    pure
choosing    which engine reads pictures here, or why none     looks for modules and programs
opening     opens the chosen engine                           the engines: rapidocr, vision,
ocr         what an engine is, and a line of text             tesseract
layout      lines with boxes → name, age, bio; the rest of    pure
            the app dropped
"""
