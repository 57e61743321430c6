"""Pushes what happens in trainings to whoever watches: Server-Sent Events and WebSockets."""
