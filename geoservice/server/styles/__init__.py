"""OGC API Styles: MapLibre styles, sprites and legends, all out of the style in a layer's file."""
