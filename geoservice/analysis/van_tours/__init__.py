"""Tours of mobile vans: which stops are visited on which day, in which order, and when.

Periodic vehicle routing from several bases (Beltrami & Bodin 1974; Cordeau, Gendreau & Laporte 1997), with tours that repeat as
a whole: a stop has one weekday and one time of day.
"""
