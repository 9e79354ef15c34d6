"""ONVIF: find a camera, read what it is, hear what it says, hide parts of its picture."""
