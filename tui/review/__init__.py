"""The review desk, shared by the screens of all queues."""
