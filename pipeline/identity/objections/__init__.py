"""Objections: the national opt-out round trip, decisions about one person's data, and the gate at the end.

Where objections are *applied* is :mod:`pipeline.identity.eligibility`, and nowhere else. This room brings
them in (:mod:`requests`, :mod:`replies`, :mod:`decisions`), lets them lapse (:mod:`state`), and looks at what
is about to be published for anybody who may not be in it (:mod:`gate`).
"""
