"""The doors of native libraries that more than one room uses. Each library has one module here.

openvino   compiles and runs models on the CPU, and tells nobody     the only import of openvino
libvips    decodes PNG and resizes pixels                           the only import of pyvips
"""
