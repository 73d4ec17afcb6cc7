"""Run the page's example in QGIS's Python console without a screen, and print what it added as JSON; run by test_programs."""

import json
import os
import runpy
import sys

from qgis.core import QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsProject
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

WHITE = QColor("white")


def drawn(layer: object, extent: object, crs: object) -> float:
    """Return which part of a picture of a layer is not white."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(256, 256))
    settings.setBackgroundColor(WHITE)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return sum(image.pixelColor(x, y) != WHITE for x in range(0, 256, 4) for y in range(0, 256, 4)) / 4096


if __name__ == "__main__":
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    names = runpy.run_path(sys.argv[1])
    layers = QgsProject.instance().mapLayers().values()
    points = names["points"]
    where = (points.extent(), points.crs())
    found = {layer.name(): {"valid": layer.isValid(), "drawn": drawn(layer, *where)} for layer in layers}
    count = sum(1 for _ in points.getFeatures())
    sys.stdout.write(json.dumps({"layers": found, "count": count}) + "\n")
    sys.stdout.flush()
    os._exit(0)  # what QGIS does at the end of the interpreter sometimes crashes
