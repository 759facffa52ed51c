import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.RecordMetadata;

/** One command line: its options, and the events it prints. */
public final class Job {
    private final String id;
    private final Map<String, String> options = new HashMap<>();
    /** Set when stdin said the word that ends the command. */
    volatile boolean asked = false;

    /** @param id null when the process has this job only */
    Job(String id, String[] args) {
        this.id = id;
        for (int i = 0; i + 1 < args.length; i += 2) options.put(args[i].substring(2), args[i + 1]);
    }

    String text(String name) { return options.get(name); }

    String text(String name, String otherwise) { return options.getOrDefault(name, otherwise); }

    long number(String name, long otherwise) {
        String value = options.get(name);
        return value == null ? otherwise : Long.parseLong(value);
    }

    static String quoted(String value) {
        return value == null ? "null" : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private void print(String fields) {
        synchronized (System.out) {
            System.out.println(id == null ? "{" + fields + "}" : "{\"id\":" + id + "," + fields + "}");
        }
    }

    void emit(String event, String fields) { print("\"event\":\"" + event + "\"" + (fields.isEmpty() ? "" : "," + fields)); }

    void ended(int code) { print("\"ended\":" + code); }

    void acked(long i, RecordMetadata at) { emit("acked", "\"i\":" + i + ",\"partition\":" + at.partition() + ",\"offset\":" + at.offset()); }

    /** Properties with the bootstrap servers and what follows, name and value in turns. */
    Properties config(String... more) {
        Properties config = new Properties();
        config.put("bootstrap.servers", text("bootstrap"));
        for (int i = 0; i < more.length; i += 2) config.put(more[i], more[i + 1]);
        return config;
    }
}
