"""The room that turns the bytes of a file into upright sRGB pixels, or says why it cannot."""
