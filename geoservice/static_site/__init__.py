"""A release as a folder of files for any object store or plain web server: the page, tiles, tables, styles and documents."""

from geoservice.static_site.export import StaticCopy, export_static

__all__ = ["StaticCopy", "export_static"]
