// Nothing of this library is for calling: it is loaded in front of a program (LD_PRELOAD), and AllocationCounter reads what it counts.
