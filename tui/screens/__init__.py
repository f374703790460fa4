"""The screens, one file each; reached by name through tui.routes."""
