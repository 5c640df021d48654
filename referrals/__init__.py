"""The core: what a referral is, what may happen to it, who may see it, and what is kept.

Beside each other lie here the stages with their verbs and what every one of them needs; what belongs to one matter has a room.
"""
