// A function without a body, which a linkname fills, needs an assembly file beside it.
