"""Apache Kafka 4.2 in one process (KRaft), from Maven packages and a Java runtime that comes as a Python package."""

import asyncio
import base64
import contextlib
import secrets
import signal
import subprocess
import tempfile
from pathlib import Path

from aiokafka.client import AIOKafkaClient

from deploy.local import kafka_java, ports
from deploy.local.process import Process, StackError

_ARCHIVING_SECONDS = 120.0


def properties(home: Path, broker_port: int, controller_port: int) -> str:
    """Return the text of server.properties: one node that is broker and controller, on the loopback only."""
    values = {
        "process.roles": "broker,controller",
        "node.id": 1,
        # The static form: kept in this file only, so that a restart on other ports finds no old address in its log.
        "controller.quorum.voters": f"1@{ports.LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{ports.LOOPBACK}:{broker_port},CONTROLLER://{ports.LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{ports.LOOPBACK}:{broker_port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": home / "kafka",
        "auto.create.topics.enable": "false",
        "delete.topic.enable": "true",
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 2,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 2,
        "log.retention.ms": -1,
        "log.segment.bytes": 64 * 1024 * 1024,
        "log.index.size.max.bytes": 1024 * 1024,  # made at full size for each partition; 10 MB otherwise
        "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
        "message.max.bytes": 8 * 1024 * 1024,
        "num.network.threads": 2,
        "num.io.threads": 4,
        # A broker that was killed is let in again only after this time.
        "broker.session.timeout.ms": 5000,
        "broker.heartbeat.interval.ms": 1000,
        # A service killed with SIGKILL gives its partitions back after this time at the earliest.
        "group.min.session.timeout.ms": 2000,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


async def start(home: Path) -> tuple[Process, str]:
    """Start the broker on the data in `home`/kafka, made when missing; return it and its bootstrap address.

    The first start on a checkout fetches Kafka, and runs another broker before, from which the archive of classes is.
    """
    await asyncio.to_thread(kafka_java.classpath)
    async with kafka_java.missing_archive() as record:
        if record:
            # Without an archive it only starts slower.
            with tempfile.TemporaryDirectory() as folder, contextlib.suppress(StackError):
                recorded, _ = await _start(Path(folder), record)
                await recorded.stop(seconds=_ARCHIVING_SECONDS)
                if recorded.exit_code == -signal.SIGKILL:
                    record.unlink(missing_ok=True)
    return await _start(home)


async def _start(home: Path, record: Path | None = None) -> tuple[Process, str]:
    broker_port = ports.kept(home, "kafka")
    controller_port = ports.kept(home, "kafka_controller")
    configuration = home / "kafka.properties"
    configuration.write_text(properties(home, broker_port, controller_port), encoding="utf-8")
    if not (home / "kafka" / "meta.properties").exists():
        await asyncio.to_thread(_format, configuration)
    command = kafka_java.command("kafka.Kafka", str(configuration), record=record)
    process = Process("kafka", command, log=home / "logs" / "kafka.log")
    bootstrap = f"{ports.LOOPBACK}:{broker_port}"

    async def knows_itself() -> None:
        if not (ports.answers(broker_port) and await _has_members(bootstrap)):
            raise ConnectionError

    # aiokafka's errors have no common base below this one
    await process.started(knows_itself, Exception, seconds=90)
    return process, bootstrap


async def _has_members(bootstrap: str) -> bool:
    """Say whether the broker names itself as a member of the cluster: from then on topics can be made."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    finally:
        await client.close()


def cluster_id(random_bytes: bytes) -> str:
    """Return 16 random bytes as a cluster id: URL-safe base64 without padding (KIP-631)."""
    # Without the first bit it never begins with a dash, which the command line would take for an option.
    return base64.urlsafe_b64encode(bytes([random_bytes[0] & 0x7F]) + random_bytes[1:]).decode().rstrip("=")


def _format(configuration: Path) -> None:
    """Prepare the log folder for a new cluster with an id of its own."""
    cluster = cluster_id(secrets.token_bytes(16))
    arguments = ["format", "--cluster-id", cluster, "--config", str(configuration)]
    command = kafka_java.command("kafka.tools.StorageTool", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise StackError(f"Kafka could not prepare its data folder:\n{(done.stdout + done.stderr).strip()}")
