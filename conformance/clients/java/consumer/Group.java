import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

public final class Group {
    private Group() { }

    public static void run(Job job) {
        long left = job.number("max", -1);
        Properties config = job.config("group.id", job.text("group"), "heartbeat.interval.ms", "500",
            "max.poll.records", left > 0 ? String.valueOf(left) : "500");
        if (job.text("instance") != null) {
            config.put("group.instance.id", job.text("instance"));
            config.put("session.timeout.ms", job.text("session"));
        }
        if (job.text("assignor") != null)
            config.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        KafkaConsumer<String, String> consumer = Reader.open(config);
        TreeSet<Integer> owned = new TreeSet<>();
        consumer.subscribe(Collections.singletonList(job.text("topic")));
        while (left != 0 && !job.asked) {
            Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
            Iterable<ConsumerRecord<String, String>> records = Poll.records(consumer, 200);
            TreeSet<Integer> now = new TreeSet<>();
            for (TopicPartition partition : consumer.assignment()) now.add(partition.partition());
            if (!now.equals(owned)) job.emit("assigned", "\"partitions\":" + now);
            owned = now;
            for (ConsumerRecord<String, String> record : records) {
                if (left == 0) break;
                Reader.print(job, record);
                done.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
                left--;
            }
            if (!done.isEmpty()) consumer.commitSync(done);
        }
        consumer.close();
        job.emit("closed", "");
    }
}
