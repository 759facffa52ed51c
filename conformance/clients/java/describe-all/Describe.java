import java.util.Collections;
import org.apache.kafka.clients.admin.AdminClient;

/** kafka-clients before 3.1. */
final class Describe {
    private Describe() { }

    static int partitions(AdminClient admin, String topic) throws Exception {
        return admin.describeTopics(Collections.singleton(topic)).values().get(topic).get().partitions().size();
    }
}
