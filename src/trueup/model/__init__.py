"""What things are: frozen data, the three errors, and the ports to the world.

Knows nothing but the standard library. Everybody may import it.
"""
