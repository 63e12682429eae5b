"""What a screenshot says: the text file beside it, else what text recognition finds in its pixels.

companion     the text file → name, age, bio                      pure
reader        one screenshot: companion text, else the engine     tiles cuts long captures
choosing      which engine reads pictures here, or why none       languages; looks for modules
opening       opens the chosen engine                             rapidocr, vision, tesseract
ocr           what an engine is, and a line of text               a Protocol
picture_text  lines, and where the photographs are; their cache   pure
layout        lines with boxes → name, age, bio, without the      pure: headings, overlays, unread,
              app's own words                                     rows, chrome
bitmaps       pixels as a BMP, for engines that take files        pure
"""
