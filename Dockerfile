# JupyterLab with the workbench, from the lock, weights inside, without a network at run time.
#   docker build -t workbench .
#   docker run --rm -p 127.0.0.1:8888:8888 -v "$PWD:/home/workbench/project" workbench
# The folder of the project must be writable for user 1000: else add --user "$(id -u)".
FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY requirements.lock ./
RUN python -m venv /opt/workbench \
 && /opt/workbench/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY . .
RUN /opt/workbench/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
# OpenCV asks for these two; libarchive's bsdtar reads .rar and .7z.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 libarchive-tools \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/workbench /opt/workbench
RUN useradd --create-home --uid 1000 workbench && mkdir /home/workbench/project && chown workbench: /home/workbench/project
ENV PATH=/opt/workbench/bin:$PATH PYTHONUNBUFFERED=1 HOME=/home/workbench
USER workbench
WORKDIR /home/workbench/project
# The models are put together from the installed weights once, here and not at every start.
RUN python -c "from workbench.ocr.weights import BUNDLED, bundled_model; print(*map(bundled_model, BUNDLED))"
EXPOSE 8888
# Inside a container localhost is the container's own: -p 127.0.0.1:8888:8888 keeps the port on this machine. The token stays.
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
