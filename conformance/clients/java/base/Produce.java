import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

public final class Produce {
    private Produce() { }

    private static String key(long i) { return i % 10 == 3 ? null : "key-" + i; }

    private static String value(long i) {
        if (i % 10 == 5) return null;
        StringBuilder value = new StringBuilder("value-" + i + "-");
        for (int k = 0; k < i % 10; k++) value.append("abcdefghij");
        return value.toString();
    }

    public static void run(Job job) throws Exception {
        long start = job.number("start", 0), count = job.number("count", 0), base = job.number("base", 0), partitions = job.number("partitions", 1);
        Properties config = job.config("compression.type", job.text("codec", "none"), "acks", "all", "linger.ms", "20");
        // Asked for or not, from 3.0 on it is the default.
        if (job.text("idempotent") != null) config.put("enable.idempotence", job.text("idempotent"));
        KafkaProducer<String, String> producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (long i = start; i < start + count; i++)
            sent.add(producer.send(Records.make(job.text("topic"), (int) (i % partitions), base + i, key(i), value(i), job.text("name"), i)));
        for (int k = 0; k < sent.size(); k++) job.acked(start + k, sent.get(k).get(60, TimeUnit.SECONDS));
        producer.close();
        job.emit("produced", "\"count\":" + count);
    }
}
