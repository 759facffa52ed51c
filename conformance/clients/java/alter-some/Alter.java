import java.util.Collections;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** kafka-clients from 2.3 on: only this config changes (KIP-339). */
final class Alter {
    private Alter() { }

    static void set(AdminClient admin, ConfigResource resource, String name, String value) throws Exception {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Collections.singletonMap(resource, Collections.singleton(set))).all().get();
    }
}
