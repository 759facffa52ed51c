import java.util.Collections;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;

public final class Topics {
    private Topics() { }

    private static void create(AdminClient admin, String topic, long partitions) throws Exception {
        NewTopic wanted = new NewTopic(topic, (int) partitions, (short) 1).configs(Collections.singletonMap("retention.ms", "3600000"));
        admin.createTopics(Collections.singleton(wanted)).all().get();
    }

    /** Under KRaft the controller answers for a new topic before the broker that is asked next has heard of it. */
    private static boolean isListed(AdminClient admin, String topic) throws Exception {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!admin.listTopics().names().get().contains(topic)) {
            if (System.nanoTime() > end) return false;
            Thread.sleep(10);
        }
        return true;
    }

    public static void run(Job job) throws Exception {
        String topic = job.text("topic");
        try (AdminClient admin = AdminClient.create(job.config())) {
            create(admin, topic, job.number("partitions", 1));
            job.emit("created", "");
            try {
                create(admin, topic, 1);
            } catch (ExecutionException refused) {
                job.emit("refused", "\"error\":" + Job.quoted(refused.getCause().toString()));
            }
            job.emit("listed", "\"found\":" + isListed(admin, topic));
            job.emit("described", "\"partitions\":" + Describe.partitions(admin, topic));
            if (Grow.to(admin, topic, (int) job.number("grow", 0))) job.emit("described", "\"partitions\":" + Describe.partitions(admin, topic));
            admin.deleteTopics(Collections.singleton(topic)).all().get();
            job.emit("deleted", "");
        }
    }
}
