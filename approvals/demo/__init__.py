"""A fictional city to try the product with: 云溪市, its organisations, people and projects. Nothing in it is real."""

from approvals.demo.people import ACCOUNTS

__all__ = ["ACCOUNTS"]
