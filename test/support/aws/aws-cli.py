"""Loads the AWS CLI once, and runs a command of it for each caller, in a fork: aws-cli.py SOCKET.

A caller (aws-caller.py) sends its arguments, environment, directory and standard streams.
"""
import gc
import json
import os
import signal
import socket
import sys
import traceback

from awscli.clidriver import create_clidriver


def run(caller):
    data, streams, _, _ = socket.recv_fds(caller, 1 << 16, 3)
    while piece := caller.recv(1 << 16):
        data += piece
    request = json.loads(data)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    models = os.environ["AWS_DATA_PATH"]  # set when awscli was imported
    os.environ.clear()
    os.environ.update(request["env"], AWS_DATA_PATH=models)
    os.chdir(request["directory"])
    try:
        code = driver.main(request["arguments"])
    except SystemExit as leave:
        code = leave.code
    sys.stdout.flush()
    sys.stderr.flush()
    caller.sendall(str(code or 0).encode())


driver = create_clidriver()
for service in ("datasync", "efs"):
    driver.session.get_service_model(service)
gc.freeze()  # the forks share it
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
while True:
    caller, _ = listener.accept()
    if os.fork() == 0:
        try:
            run(caller)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    caller.close()
