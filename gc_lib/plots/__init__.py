"""Figures whose artists are built once and then moved. They draw results, and know nothing else of the kit."""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError("pictures need matplotlib: pip install ipywidgets matplotlib") from error
