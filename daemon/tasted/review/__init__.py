"""The web child: pages and the HTTP API of one home, on the loopback address alone.

`python -I -m tasted.review` is started by the light process, which hands it the listening socket
and carries out what it asks for. It reads no file of the home, and holds no heavy library.

api       routes, bodies, problems and the OpenAPI document
security  who may ask, and from where
page      templates, style and script
"""
