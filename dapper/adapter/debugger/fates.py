"""What may become of an exception."""
HANDLED = "handled"  #: somebody expects it
REPORTED = "reported"  #: a library catches whatever comes, to tell of it
NOBODY = "nobody"  #: its thread dies of it
ELSEWHERE = "elsewhere"  #: it is kept for whoever asks for the result
ON = "on"  #: it goes on to the next frame
