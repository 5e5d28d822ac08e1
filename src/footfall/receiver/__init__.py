"""The local receiver: the other end for webhooks and Amplitude's protocol."""
