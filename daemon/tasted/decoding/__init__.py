"""Bytes of a file → upright sRGB pixels, and the parts of them that are embedded: START HERE.

pictures       bytes → pixels, or an ItemError that says why not        Pillow, pillow-heif
plain_png      most screenshots, in half the time; halving              libvips
incomplete     files without their end                                  pure
parts, claims  what a file is refused for before it is decoded          pure
containers     chunks, segments and blocks of the formats               pure
boxes, av1     the same of HEIF and AVIF, and of the streams in them    pure
developing     an opened image → upright sRGB, 8 bits                   Pillow
modes, colour, code_points   bit depth, transparency, colour space      Pillow
views          pixels → the regions that are embedded                   pure numpy
photo_regions  the photographs of a screen                              page_cuts, texture, samples
"""
