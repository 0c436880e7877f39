"""Lists of frames."""


class FramesList:
    """The frames of a stack, innermost first, which iterating gives."""

    def __init__(self, frames):
        self._frames = list(frames)

    def __iter__(self):
        return iter(self._frames)

    def __len__(self):
        return len(self._frames)


def create_frames_list_from_frame(frame):
    """The FramesList from ``frame``, or what looks like one, to the outermost."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return FramesList(frames)
