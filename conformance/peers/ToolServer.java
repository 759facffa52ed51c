import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Kafka's tools one after the other in one JVM, for a JVM is slow to start. Reads {@code class TAB stdin TAB arguments},
 * the latter two in base64, arguments separated by NUL; prints {@code {"code":N,"out":BASE64,"err":BASE64}}.
 */
public final class ToolServer {
    /** What a tool leaves running, such as a client that it did not close, goes on writing, and may exit: all that is its own. */
    private static final InheritableThreadLocal<Run> OWN = new InheritableThreadLocal<>();
    private static volatile Run current = new Run();

    private static final class Run {
        final CountDownLatch ended = new CountDownLatch(1);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        volatile int code = 0;

        void end(int withCode) {
            if (ended.getCount() > 0) code = withCode;
            ended.countDown();
        }

        /** The one that this thread belongs to; threads of the JVM itself belong to none. */
        static Run ofThread() {
            Run own = OWN.get();
            return own == null ? current : own;
        }
    }

    private ToolServer() { }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        // Some take these streams once and keep them, so that they stay and what is behind them changes.
        System.setOut(new PrintStream(behind(false), true));
        System.setErr(new PrintStream(behind(true), true));
        Exit.Procedure leave = (code, message) -> {
            Run.ofThread().end(code);
            while (true) LockSupport.park(); // as after a real exit, nothing that follows runs
        };
        Exit.setExitProcedure(leave);
        Exit.setHaltProcedure(leave);
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split("\t", -1);
            String joined = new String(Base64.getDecoder().decode(words[2]), StandardCharsets.UTF_8);
            answers.println(run(words[0], Base64.getDecoder().decode(words[1]), joined.isEmpty() ? new String[0] : joined.split("\0", -1)));
            answers.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    private static String run(String name, byte[] input, String[] args) throws Exception {
        Run run = new Run();
        current = run;
        System.setIn(new ByteArrayInputStream(input));
        Thread thread = new Thread(() -> {
            OWN.set(run);
            try {
                Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) args);
                run.end(0);
            } catch (java.lang.reflect.InvocationTargetException thrown) {
                System.err.print("Exception in thread \"main\" ");
                thrown.getCause().printStackTrace();
                run.end(1);
            } catch (Throwable broken) {
                broken.printStackTrace();
                run.end(1);
            }
        }, "main");
        thread.setDaemon(true);
        thread.start();
        run.ended.await();
        Base64.Encoder base64 = Base64.getEncoder();
        return "{\"code\":" + run.code + ",\"out\":\"" + base64.encodeToString(run.out.toByteArray()) + "\",\"err\":\"" + base64.encodeToString(run.err.toByteArray()) + "\"}";
    }

    private static OutputStream behind(boolean isError) {
        return new OutputStream() {
            private OutputStream here() {
                Run run = Run.ofThread();
                return isError ? run.err : run.out;
            }

            @Override public void write(int octet) throws IOException { here().write(octet); }
            @Override public void write(byte[] octets, int from, int length) throws IOException { here().write(octets, from, length); }
        };
    }
}
