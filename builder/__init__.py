"""Proofpress: a static site generator for technical notes whose code cards are tested modules."""

__version__ = "0.1.0"
