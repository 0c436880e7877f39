"""A small operating system: tasks with states hand packets to each other through queues."""
import slices


class Packet:
    def __init__(self, kind, to):
        self.kind = kind
        self.to = to
        self.data = [0, 0, 0, 0]


class Task:
    def __init__(self, system, name, priority):
        self.system = system
        self.name = name
        self.priority = priority
        self.inbox = []
        self.waiting = False
        self.done = 0

    @property
    def ready(self):
        return bool(self.inbox) or not self.waiting

    def take(self, packet):
        self.inbox.append(packet)
        self.waiting = False

    def step(self):
        if self.inbox:
            self.handle(self.inbox.pop(0))
        else:
            self.idle()

    def idle(self):
        self.waiting = True


class Worker(Task):
    def handle(self, packet):
        for i in range(4):
            packet.data[i] = (packet.data[i] + i + self.priority) & 255
        packet.to = "sink" if packet.data[0] & 1 else "relay"
        self.done += 1
        self.system.send(packet)


class Relay(Task):
    def handle(self, packet):
        packet.data.reverse()
        packet.to = "worker%d" % (packet.data[0] % 3)
        self.done += 1
        self.system.send(packet)


class Sink(Task):
    def handle(self, packet):
        self.done += 1
        if self.system.left:
            self.system.left -= 1
            self.system.send(Packet("new", "worker%d" % (self.system.left % 3)))


class System:
    def __init__(self, left):
        self.left = left
        tasks = [Worker(self, "worker%d" % i, i + 1) for i in range(3)]
        tasks += [Relay(self, "relay", 9), Sink(self, "sink", 5)]
        self.tasks = {task.name: task for task in tasks}
        self.order = sorted(tasks, key=lambda task: -task.priority)

    def send(self, packet):
        self.tasks[packet.to].take(packet)

    def run(self):
        self.send(Packet("first", "worker0"))
        while True:
            for task in self.order:
                if task.ready:
                    task.step()
                    break
            else:
                return


def work():
    System(200).run()


slices.run(work)
