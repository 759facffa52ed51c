import java.util.Collections;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** kafka-clients before 2.3: all dynamic configs of the resource are replaced. */
final class Alter {
    private Alter() { }

    static void set(AdminClient admin, ConfigResource resource, String name, String value) throws Exception {
        Config config = new Config(Collections.singleton(new ConfigEntry(name, value)));
        admin.alterConfigs(Collections.singletonMap(resource, config)).all().get();
    }
}
