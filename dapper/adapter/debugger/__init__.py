"""What a stop means: threads, breakpoints, steps, frames and values. Knows no sockets."""
