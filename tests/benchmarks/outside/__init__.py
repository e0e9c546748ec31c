"""Gradients of functions that the checker's author did not draw: families of problems, mistakes, and rules."""
