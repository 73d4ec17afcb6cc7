"""HTTP: releases only. Nothing here can reach the register, the project, the network or an analysis; a test holds that."""
