import java.util.Collections;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewPartitions;

/** kafka-clients from 1.0 on. */
final class Grow {
    private Grow() { }

    static boolean to(AdminClient admin, String topic, int partitions) throws Exception {
        admin.createPartitions(Collections.singletonMap(topic, NewPartitions.increaseTo(partitions))).all().get();
        return true;
    }
}
