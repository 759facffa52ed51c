import java.util.Collections;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.common.config.ConfigResource;

public final class Configs {
    private Configs() { }

    private static void show(Job job, AdminClient admin, ConfigResource topic) throws Exception {
        String value = admin.describeConfigs(Collections.singleton(topic)).all().get().get(topic).get("retention.ms").value();
        job.emit("config", "\"retention.ms\":" + Job.quoted(value));
    }

    public static void run(Job job) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, job.text("topic"));
        try (AdminClient admin = AdminClient.create(job.config())) {
            show(job, admin, topic);
            Alter.set(admin, topic, "retention.ms", job.text("retention"));
            job.emit("altered", "");
            show(job, admin, topic);
        }
    }
}
