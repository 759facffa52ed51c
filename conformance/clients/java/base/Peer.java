import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Client program for org.apache.kafka:kafka-clients. Every command is a class of its name with a {@code run(Job)}; which classes there are depends on
 * the version. With {@code serve} it takes command lines from stdin, for a JVM is slow to start.
 */
public final class Peer {
    private Peer() { }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("serve")) serve();
        else {
            Job job = new Job(null, Arrays.copyOfRange(args, 1, args.length));
            Thread reader = new Thread(() -> readUntilAsked(job));
            reader.setDaemon(true);
            reader.start();
            run(args[0], job);
        }
        System.out.flush();
        System.exit(0);
    }

    private static void run(String command, Job job) throws Exception {
        String name = Character.toUpperCase(command.charAt(0)) + command.substring(1);
        try {
            Class.forName(name).getMethod("run", Job.class).invoke(null, job);
        } catch (java.lang.reflect.InvocationTargetException wrapped) {
            if (wrapped.getCause() instanceof Exception) throw (Exception) wrapped.getCause();
            throw wrapped;
        }
    }

    private static BufferedReader stdin() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }

    /** The end of stdin counts as the word that ends the program. */
    private static void readUntilAsked(Job job) {
        try (BufferedReader in = stdin()) {
            for (String line = in.readLine(); line != null; line = in.readLine())
                if (line.trim().equals("leave") || line.trim().equals("stop")) break;
        } catch (IOException ended) {
            // the same as the end of stdin
        }
        job.asked = true;
    }

    /** Lines are {@code ID TAB command TAB --option TAB value ...} and {@code ID TAB leave}. */
    private static void serve() throws IOException {
        Map<String, Job> jobs = new ConcurrentHashMap<>();
        BufferedReader in = stdin();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t");
            String id = words[0];
            if (words[1].equals("leave")) {
                Job asked = jobs.get(id);
                if (asked != null) asked.asked = true;
                continue;
            }
            Job job = new Job(id, Arrays.copyOfRange(words, 2, words.length));
            jobs.put(id, job);
            Thread thread = new Thread(() -> {
                int code = 0;
                try {
                    run(words[1], job);
                } catch (Throwable failed) {
                    code = 1;
                    failed.printStackTrace();
                }
                jobs.remove(id);
                job.ended(code);
            });
            thread.setDaemon(true);
            thread.start();
        }
    }
}
