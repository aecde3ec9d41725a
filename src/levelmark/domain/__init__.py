"""The words of Levelmark as frozen values: no behaviour beyond what a value knows of itself."""
