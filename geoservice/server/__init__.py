"""HTTP: releases only. Nothing here can reach the workspace, the network or an analysis; a test holds that."""
