"""Read a server with QGIS, as an analyst would, and print the result as JSON; run by test_qgis with Debian's Python."""

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def features(url: str, layer: str) -> dict:
    """Read a layer through the OGC API Features provider."""
    found = QgsVectorLayer(f" url='{url}' typename='{layer}'", layer, "OAPIF")
    rows = list(found.getFeatures()) if found.isValid() else []
    box = found.extent()
    return {
        "valid": found.isValid(),
        "crs": found.crs().authid(),
        "count": len(rows),
        "fields": [f.name() for f in found.fields()],
        "ids": len({r.id() for r in rows}),
        "bbox": [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()],
    }


def tiles(url: str, layer: str, box: list) -> dict:
    """Draw a layer's vector tiles; tells how many colours there are beside the ground."""
    source = f"type=xyz&url={url}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=10"
    found = QgsVectorTileLayer(source, layer)
    settings = QgsMapSettings()
    settings.setLayers([found])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(QgsRectangle(*box))
    settings.setOutputSize(QSize(256, 256))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    drawn = sum(image.pixelColor(x, y) != QColor("white") for x in range(0, 256, 4) for y in range(0, 256, 4))
    return {"valid": found.isValid(), "drawn": drawn / 4096}


if __name__ == "__main__":
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    url, layer = sys.argv[1:]
    read = features(url, layer)
    sys.stdout.write(json.dumps({"features": read, "tiles": tiles(url, layer, read["bbox"])}) + "\n")
    sys.stdout.flush()
    os._exit(0)  # what QGIS does at the end of the interpreter sometimes crashes
