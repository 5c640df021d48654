"""The core: what a referral is, what may happen to it, who may see it, and what is kept."""
