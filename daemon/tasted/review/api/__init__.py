"""The HTTP API: bodies as pydantic models, routes, problems and the document that describes it."""
