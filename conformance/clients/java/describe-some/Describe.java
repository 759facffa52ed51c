import java.util.Collections;
import org.apache.kafka.clients.admin.AdminClient;

/** kafka-clients from 3.1 on. */
final class Describe {
    private Describe() { }

    static int partitions(AdminClient admin, String topic) throws Exception {
        return admin.describeTopics(Collections.singleton(topic)).topicNameValues().get(topic).get().partitions().size();
    }
}
