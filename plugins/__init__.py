"""The bundled plugins; each enters by entry point, like anyone else's."""
