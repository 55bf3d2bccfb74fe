"""The ways out of the house: mail and webhooks, one message at a time, knowing no database.

Sending is at least once; the key of a message is what a receiver can tell a repetition by.
"""

from engine.channels.connection import Limits
from engine.channels.letters import address
from engine.channels.mail import MailChannel
from engine.channels.messages import Event, Mail, Undelivered
from engine.channels.webhooks import WebhookChannel

__all__ = [
    "Event",
    "Limits",
    "Mail",
    "MailChannel",
    "Undelivered",
    "WebhookChannel",
    "address",
]
