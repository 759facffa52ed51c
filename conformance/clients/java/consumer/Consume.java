import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

public final class Consume {
    private Consume() { }

    public static void run(Job job) {
        long left = job.number("max", 0), offset = job.number("offset", -1), time = job.number("time", -1);
        List<TopicPartition> all = new ArrayList<>();
        for (int p = 0; p < job.number("partitions", 1); p++) all.add(new TopicPartition(job.text("topic"), p));
        try (KafkaConsumer<String, String> consumer = Reader.open(job.config())) {
            consumer.assign(all);
            if (time >= 0) {
                Map<TopicPartition, Long> times = new HashMap<>();
                for (TopicPartition partition : all) times.put(partition, time);
                for (Map.Entry<TopicPartition, OffsetAndTimestamp> found : consumer.offsetsForTimes(times).entrySet())
                    consumer.seek(found.getKey(), found.getValue().offset());
            } else if (offset >= 0) {
                for (TopicPartition partition : all) consumer.seek(partition, offset);
            } else consumer.seekToBeginning(all);
            while (left > 0 && !job.asked)
                for (ConsumerRecord<String, String> record : Poll.records(consumer, 500)) {
                    if (left-- > 0) Reader.print(job, record);
                }
        }
        job.emit("done", "");
    }
}
