//! What cannot be shown from C: that panics stop at the border, and that nothing is exported past it.
