import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public final class Load {
    private Load() { }

    public static void run(Job job) throws Exception {
        Properties config = job.config("compression.type", job.text("codec", "none"), "acks", "all", "linger.ms", "2", "enable.idempotence", "true",
            "retries", "2147483647", "max.in.flight.requests.per.connection", "5", "reconnect.backoff.ms", "50", "reconnect.backoff.max.ms", "200",
            "delivery.timeout.ms", "120000");
        KafkaProducer<String, String> producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
        Semaphore room = new Semaphore(500);
        long sent = 0, partitions = job.number("partitions", 1), rate = job.number("rate", 1000), begun = System.nanoTime();
        while (!job.asked) {
            if (sent > (System.nanoTime() - begun) * rate / 1_000_000_000L) {
                Thread.sleep(1);
                continue;
            }
            if (!room.tryAcquire(100, TimeUnit.MILLISECONDS)) continue;
            final long i = sent++;
            producer.send(new ProducerRecord<>(job.text("topic"), (int) (i % partitions), job.text("name"), String.valueOf(i)), (at, error) -> {
                room.release();
                if (error == null) job.acked(i, at);
                else job.emit("failed", "\"i\":" + i + ",\"error\":" + Job.quoted(error.toString()));
            });
        }
        producer.flush();
        producer.close();
        job.emit("stopped", "\"sent\":" + sent);
    }
}
