"""One network and three homes on one machine: to look at, or to watch the main job do itself."""
